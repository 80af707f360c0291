"""schemathesis on the description of version 1."""

import fuzz

fuzz.main("v1")

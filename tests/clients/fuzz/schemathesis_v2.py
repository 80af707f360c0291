"""schemathesis on the description of version 2."""

import fuzz

fuzz.main("v2")

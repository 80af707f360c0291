"""Says how a client's promises went. Same form as in report.mjs, which tests/clients/drive reads:
a line for each promise, and last a line that sums up."""

import functools
import sys
import traceback


class Report:
    """Promises of one client, in order."""

    def __init__(self, client):
        self.client = client
        self.kept = 0
        self.broken = 0

    def promise(self, sentence, action):
        """Notes whether `action` comes to its end."""
        try:
            action()
        except Exception as fault:  # whatever it is: a promise that could not be checked is not kept
            self.broken += 1
            print(f"broken  {sentence}\n        {fault}")
            if not isinstance(fault, AssertionError):
                traceback.print_exc(file=sys.stdout)
        else:
            self.kept += 1
            print(f"kept    {sentence}")

    def promises(self, functions, *given):
        """Notes for each function, whose name is the sentence, whether it comes to its end with what is given."""
        for function in functions:
            self.promise(sentence(function), functools.partial(function, *given))

    def finish(self):
        """Ends the program: 1 where a promise was broken."""
        print(f"{self.client}: {self.kept} promises kept, {self.broken} broken")
        sys.exit(1 if self.broken else 0)


def sentence(function):
    """The name of a function as a sentence."""
    return function.__name__.replace("_", " ")

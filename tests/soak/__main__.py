"""`python -m tests.soak`: the soak from the command line, so that its children find it by its module's name."""

import sys

from tests.soak.soak import main

if __name__ == "__main__":
    sys.exit(main())

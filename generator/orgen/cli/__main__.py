"""`python -m orgen.cli`, for where the console script is not on the path."""

from orgen.cli import main

if __name__ == "__main__":
    main()

"""`python -m statereport` is the command `statereport`."""

from statereport.cli import main

if __name__ == "__main__":
    main()

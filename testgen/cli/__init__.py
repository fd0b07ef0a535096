"""The command line `testgen`: what it takes is in ``main.py``, what it does in modules of its own."""

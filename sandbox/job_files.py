"""Names of files that the judge itself puts beside a program; a request must not use them."""

# A program whose functions are called, and the driver that calls them.
PYTHON_MODULE = "solution.py"
CPP_HEADER = "solution.hpp"
CPP_DRIVER = "sandbox_call.hpp"
JAVASCRIPT_MODULE = "solution.js"
CALL_FILES = (PYTHON_MODULE, CPP_HEADER, CPP_DRIVER, JAVASCRIPT_MODULE)

# What a checker or an interactor is given.
INPUT, OUTPUT, ANSWER = "input.txt", "output.txt", "answer.txt"
HELPER_FILES = (INPUT, OUTPUT, ANSWER)

"""Everything that is run: through ``POST /run``, once, and remembered.

``runner.py`` asks the service and keeps the answers; ``solutions.py`` runs a solution over many inputs;
``generators.py`` makes inputs, twice, and compares the bytes; ``validators.py`` and ``checkers.py`` ask the
programs that know what is legal and what is right. A fault of the sandbox is tried again and never taken
for a verdict.
"""

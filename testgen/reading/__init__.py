"""Problems as they come: folders in the layout of Kattis problem packages, and JSONL rows.

Both become `testgen.values.Problem`. Nothing is run here; what cannot be read is an error that names the
file and the mend.
"""

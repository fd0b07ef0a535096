"""Inputs as bytes: what spoils one, what its neighbours are, which bounds of a statement it meets. Pure.

Nothing here knows a problem's format. Whether an input is legal is for its validator to say.
"""

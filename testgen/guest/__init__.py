"""Programs that run inside containers, beside the code of strangers.

Nothing here is imported by the host.
"""

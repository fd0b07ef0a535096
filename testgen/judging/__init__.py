"""Who is right, decided from what references print: clusters of equal outputs, and votes. Pure.

Only a run that ended normally votes. Equality of floats is not transitive, so clusters have a leader, and
the answer of a cluster is its medoid. The comparison is the strictest one of a ladder under which
references agree; it is never chosen because it makes more of them agree where a stricter one already does.
"""

"""What the pipeline has paid for, on disk: blobs by their hash, and a journal that only grows.

A blob is written beside its place, synced and renamed; only then is the line of the journal that
names it appended, by one write, and synced. So whatever is killed when: a line that is whole names
blobs that are whole. A last line that is torn is cut off at the next start.

Not protected: two pipelines in one folder at the same time; the second one is refused by a lock.
"""

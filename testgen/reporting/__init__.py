"""What came of a run, in figures: computed once (``figures.py``), shown in three ways."""

"""Looking at tests that are there already, ours or others': do they do what tests are for?"""

"""The stages, in order, each a function of what came before it.

    references.py  who may vote: copies and those that fail the samples are left out; a draw
    authors.py     what a model writes is tried at once; it is shown what went wrong, and may repair it
    cases.py       generators are run, inputs validated, duplicates dropped, buckets bounded
    voting.py      references vote on each input; contested ones are arbitrated or dropped
    gate.py        enough cases, and enough references that pass all of them
    checkers.py    where several answers are right: a checker is tested with right and wrong outputs
    ruling.py      what a checker says of references' outputs: who agrees with whom
    special.py     the same vote where several answers are right: a checker that passed its tests decides
    hacking.py     a search for inputs that break wrong solutions which pass everything so far
    selection.py   a small core that rejects what all tests reject, in order; the rest is for audits
    measuring.py   accepted and wrong solutions on the tests that were made
    problem.py     one problem through all of these; `Rejected` ends it early, with a reason
    many.py        many problems at once; one that fails never stops the others

Whatever costs something goes through `testgen.running.runner.Runner` or `testgen.writing`, which
remember. So a stage that is repeated after a crash comes to the same end at no cost: there is no other
state.
"""

"""Test generation: from problems with solutions to test cases that can be trusted.

Theory of operation. A problem has a statement, accepted and wrong solutions, and scripts that make inputs
(CYaRon), or a model writes these. Inputs are run by references; where enough of them agree, the answer is
known. ``testgen run`` takes problems (``reading/``) through the stages (``pipeline/``), everything that a
model or a stranger wrote is run in the sandbox (``running/``), who is right is decided by pure functions
(``judging/``, ``inputs/``), ``testgen report`` shows figures (``reporting/``), ``testgen export`` writes
tests (``exporting/``).

Resume. There is no state but what was paid for: answers of the sandbox and of the model lie in the
workspace (``storage/``) under a hash of what was asked. A pipeline that is started again runs through the
same stages, finds each answer that was written down, pays for the others only, and comes to the same bytes.
Nothing that decides anything is measured: orders and draws follow from hashes, not from times.

Two presets. ``kimi`` is the pipeline of the Kimi k1.5 report: one generator, 50 cases, a vote of 10
references, a gate. ``full`` validates inputs, arbitrates contested votes, recovers problems with several
right answers, looks for inputs that break wrong solutions, and chooses a small core of tests.

Not protected: a majority of references with the same mistake is believed. A script that writes inputs can
write any inputs; what is legal is for the validator to say. Wall time is no part of any decision, but a
verdict near a time limit can differ from machine to machine.

``testgen`` is a client of the service: it imports ``sandbox.client``, ``sandbox.models`` and
``sandbox.checkers``, and nothing else of the project.
"""

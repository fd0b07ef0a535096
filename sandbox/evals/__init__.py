"""Benchmarks of models on code: their own files in, their own result files out, a client of the service.

Theory of operation. A benchmark's programs are run by the service as ``POST /run`` without tests,
so many at once as it has slots (and a few more, so that none is idle); when it is full, the client
waits as it asks for.

    files.py       reading JSON that nobody trusts, with bounds; writing that is whole or not at all
    engine.py      many programs through the service; for each a result, or a reason why there is none
    passk.py       pass@k, the unbiased estimator
    dialects.py    MultiPL-E: the rule of each language, from how a program ended to a status
    multipl_e_files.py, humaneval_files.py    the benchmarks' files, and the programs in them
    multipl_e.py, humaneval.py                what is not done yet is run, and its results are written
    summary.py     what the commands show at the end

A fault of the sandbox is no result: the run is made again, then left out and reported, and the next
call makes up for it. So a result file holds results of programs only, and a call that is killed at
any moment leaves files that the next one goes on from. A program that the service does not take is a
result: asked again, it would say the same.

Time is CPU time: where a benchmark ends a program after so many seconds of a clock, it is ended
here after so many seconds of CPU time, and a sleeping one by the service's wall limit. Else a busy
machine would change results.

Not protected: the benchmark's own judgement. A program that ends itself with exit status 0 before
its tests has passed, as it has under MultiPL-E itself; HumanEval in Python is the exception.
"""

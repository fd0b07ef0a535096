import time
from random import Random, SystemRandom

from cyaron import *

dice = SystemRandom()
clock = Random(time.time_ns())
for i in range(1, 16):
    n = dice.randint(1, 30)
    with IO(file_prefix="u", data_id=i, disable_output=True) as io:
        io.input_writeln(n)
        io.input_writeln([clock.randint(1, 100) for _ in range(n)])

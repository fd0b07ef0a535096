from cyaron import *

# safe primes: the powers of a generator take half a thousand million steps to come round
for i in range(1, 9):
    with IO(file_prefix="m", data_id=i, disable_output=True) as io:
        io.input_writeln(10**9 - randint(0, 99), 10**18 - randint(0, 999), choice([999999937, 999999929, 999999893]))

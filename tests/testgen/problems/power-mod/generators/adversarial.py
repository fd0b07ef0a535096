from cyaron import *

# moduli that only look like primes: products of two primes without a small divisor
for i in range(1, 16):
    p, q = (choice([x for x in range(1000, 30000) if is_prime(x)]) for _ in range(2))
    with IO(file_prefix="a", data_id=i, disable_output=True) as io:
        io.input_writeln(randint(2, 10**9), randint(10**17, 10**18), p * q)

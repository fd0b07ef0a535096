from cyaron import *

# squares and products of neighbouring primes; numbers that pass Fermat's test to the base 2
primes = [p for p in range(3, 31623) if is_prime(p)]
liars = [n for n in range(3, 30000, 2) if pow(2, n - 1, n) == 1 and not is_prime(n)]
for i in range(1, 21):
    if i <= 8:
        k = randrange(len(primes) - 1)
        n = primes[k] * primes[k + i % 2]
    else:
        n = choice(liars)
    with IO(file_prefix="a", data_id=i, disable_output=True) as io:
        io.input_writeln(max(1, n - randint(0, 9)), n + randint(0, 9))

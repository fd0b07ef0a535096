from cyaron import *

for i in range(1, 51):
    k = randint(1, 5)
    top = randint(k, choice([10, 40, 300]))
    coins = random.sample(range(1, top + 1), k)
    if i % 2:
        coins[0] = 1 if 1 not in coins else coins[0]
    with IO(file_prefix="coins", data_id=i, disable_output=True) as io:
        io.input_writeln(k, randint(0, 60 if i <= 25 else 2000))
        io.input_writeln(coins)

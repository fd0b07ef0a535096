from cyaron import *

for i in range(1, 51):
    n = randint(2, 8) if i <= 20 else randint(9, 150)
    m = randint(1, n) if i % 3 == 0 else randint(n, 2 * n)
    names = list(range(1, n + 1))
    random.shuffle(names)
    rules = []
    for _ in range(m):
        a, b = sorted((randrange(n), randrange(n)))
        if a == b:
            continue
        rules.append((names[a], names[b]))
    if i % 5 == 0 and rules:
        a, b = rules[0]
        rules.append((b, a))
    with IO(file_prefix="tasks", data_id=i, disable_output=True) as io:
        io.input_writeln(n, len(rules))
        for rule in rules:
            io.input_writeln(rule)

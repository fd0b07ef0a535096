from cyaron import *

# lines, single places, lattices, circles
for i in range(1, 21):
    n = randint(2, 40)
    x, y, dx, dy = (randint(-9, 9) for _ in range(4))
    if i % 5 == 0:
        trees = [(x + k * dx, y + k * dy) for k in (randint(-20, 20) for _ in range(n))]
    elif i % 5 == 1:
        trees = [(x, y)] * n
    elif i % 5 == 2:
        trees = [(a, b) for a in range(randint(2, 6)) for b in range(randint(2, 6))]
    elif i % 5 == 3:
        trees = [(x, randint(-9, 9)) for _ in range(n)]
    else:
        trees = [(x, y), (x + dx, y + dy)]
    random.shuffle(trees)
    with IO(file_prefix="s", data_id=i, disable_output=True) as io:
        io.input_writeln(len(trees))
        for tree in trees:
            io.input_writeln(tree)

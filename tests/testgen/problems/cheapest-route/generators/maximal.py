from cyaron import *

n, top = 500, 10**9
chain = [(v, v + 1, top) for v in range(1, n)]
ladder = [(v, w, min(top, 10**8 * (w - v) + 1)) for v in range(1, n) for w in range(v + 1, min(n, v + 8) + 1)]
back = chain + [(w, v, randint(0, top)) for v, w in (sorted(random.sample(range(1, n + 1), 2)) for _ in range(3500))]
blind = [(randint(1, n - 1), randint(1, n - 1), randint(0, 9)) for _ in range(4000)]
mess = [(randint(1, n), randint(1, n), randint(0, top)) for _ in range(4000)]
shuffled = [(v, v + randint(1, 3), randint(1, 99)) for v in range(1, n - 3) for _ in range(4)] + chain[-4:]
random.shuffle(shuffled)
for i, lines in enumerate([chain, chain[::-1], ladder, back[:3999], blind, mess, shuffled], 1):
    with IO(file_prefix="m", data_id=i, disable_output=True) as io:
        io.input_writeln(n, len(lines))
        for line in lines:
            io.input_writeln(line)

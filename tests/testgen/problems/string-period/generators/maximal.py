from cyaron import *

N = 20000
fib = ["b", "a"]
while len(fib[-1]) < N:
    fib.append(fib[-1] + fib[-2])
texts = ["a" * N, "a" * (N - 1) + "b", "ab" * (N // 2), fib[-1][:N], "a" * (N // 2) + "b" + "a" * (N // 2 - 1),
         String.random(N, charset="ab"), (String.random(7001, charset="xyz") * 3)[:N]]
for i, text in enumerate(texts, 1):
    with IO(file_prefix="m", data_id=i, disable_output=True) as io:
        io.input_writeln(text)

n = int(input())
v = [int(w) for w in input().split()]
layers = [1]
for c in v:
    layers.append(layers[-1] | layers[-1] << c)
t = sum(v)
if t % 2 or not layers[-1] >> t // 2 & 1:
    print("NO")
else:
    t //= 2
    take = []
    for i in range(n, 0, -1):
        if not layers[i - 1] >> t & 1:
            take.append(i)
            t -= v[i - 1]
    print("YES", " ".join(map(str, take)), sep="\n")

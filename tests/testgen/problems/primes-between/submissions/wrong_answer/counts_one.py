l, r = map(int, input().split())
w = bytearray([1]) * (r - l + 1)
d = 2
while d * d <= r:
    s = max(d * d, -(-l // d) * d) - l
    w[s::d] = bytes(len(range(s, r - l + 1, d)))
    d += 1
print(sum(w))

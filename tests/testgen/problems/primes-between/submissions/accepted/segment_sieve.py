l, r = map(int, input().split())
limit = int(r**0.5) + 1
small = bytearray([1]) * (limit + 1)
window = bytearray([1]) * (r - l + 1)
for p in range(2, limit + 1):
    if small[p]:
        small[p * p :: p] = bytes(len(range(p * p, limit + 1, p)))
        start = max(p * p, (l + p - 1) // p * p) - l
        window[start::p] = bytes(len(range(start, r - l + 1, p)))
print(sum(window) - (l == 1))

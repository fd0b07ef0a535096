l, r = map(int, input().split())
ps = [p for p in range(2, 1000) if all(p % q for q in range(2, p))] if r > 1000 else [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31]
print(sum(n > 1 and all(n % p or n == p for p in ps) for n in range(l, r + 1)))

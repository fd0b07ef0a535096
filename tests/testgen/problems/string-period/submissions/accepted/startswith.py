s = input()
# comparing two slices is a memcmp, so trying every length is fast enough
print(next(p for p in range(1, len(s) + 1) if s.startswith(s[p:])))

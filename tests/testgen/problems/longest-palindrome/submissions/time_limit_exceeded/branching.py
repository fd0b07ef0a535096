import sys
sys.setrecursionlimit(5000)
s = input()
def longest(i, j):
    if i > j:
        return 0
    w = s[i : j + 1]
    if w == w[::-1]:
        return j - i + 1
    return max(longest(i + 1, j), longest(i, j - 1))
print(longest(0, len(s) - 1))

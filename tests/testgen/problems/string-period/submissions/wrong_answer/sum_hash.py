s = input()
n = len(s)
left = right = border = 0
for k in range(1, n):
    left += ord(s[k - 1])
    right += ord(s[n - k])
    if left == right and s[0] == s[n - k] and s[k - 1] == s[-1]:
        border = k
print(n - border)

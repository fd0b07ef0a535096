s = input()
M, B = (1 << 61) - 1, 1000003
n = len(s)
front = back = 0
power = 1
border = 0
for k in range(1, n):
    front = (front * B + ord(s[k - 1])) % M
    back = (back + ord(s[n - k]) * power) % M
    power = power * B % M
    if front == back and s[:k] == s[n - k :]:
        border = k
print(n - border)

match = {"()", "[]", "{}"}
for _ in range(int(input())):
    s = input()
    n = len(s)
    good = [[j == i for j in range(n + 1)] for i in range(n + 1)]
    for length in range(2, n + 1, 2):
        for i in range(n - length + 1):
            j = i + length
            good[i][j] = any(
                s[i] + s[k] in match and good[i + 1][k] and good[k + 1][j] for k in range(i + 1, j, 2)
            )
    print("yes" if good[0][n] else "no")

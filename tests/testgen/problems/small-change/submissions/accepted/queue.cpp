#include <cstdio>
#include <queue>
#include <vector>
using namespace std;
int main() {
    int k, s;
    scanf("%d%d", &k, &s);
    vector<int> coin(k), dist(s + 1, -1);
    for (int& c : coin) scanf("%d", &c);
    queue<int> q;
    q.push(0);
    dist[0] = 0;
    while (!q.empty() && dist[s] < 0) {
        int v = q.front();
        q.pop();
        for (int c : coin)
            if (v + c <= s && dist[v + c] < 0) {
                dist[v + c] = dist[v] + 1;
                q.push(v + c);
            }
    }
    printf("%d\n", dist[s]);
}

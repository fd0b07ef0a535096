#include <algorithm>
#include <iostream>
#include <queue>
#include <vector>
int main() {
    int n;
    std::cin >> n;
    std::vector<std::vector<std::pair<int, long long>>> adj(n + 1);
    for (int i = 1; i < n; i++) {
        long long a, b, w;
        std::cin >> a >> b >> w;
        adj[a].emplace_back(b, w);
        adj[b].emplace_back(a, w);
    }
    int end = 1;
    long long length = 0;
    for (int round = 0; round < 2; round++) {
        std::vector<long long> dist(n + 1, -1);
        std::queue<int> q;
        q.push(end);
        dist[end] = 0;
        while (!q.empty()) {
            int v = q.front();
            q.pop();
            for (auto& e : adj[v])
                if (dist[e.first] < 0) dist[e.first] = dist[v] + e.second, q.push(e.first);
        }
        auto far = std::max_element(dist.begin() + 1, dist.end());
        end = far - dist.begin();
        length = *far;
    }
    std::cout << length << std::endl;
}

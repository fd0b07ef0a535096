#include <iostream>
#include <vector>
std::vector<int> g[2001];
int in[2001];
bool seen[2001];
std::vector<int> out;
void go(int v) { seen[v] = true; out.push_back(v); for (int w : g[v]) if (!seen[w]) go(w); }
int main() {
    int n, m, a, b;
    std::cin >> n >> m;
    while (m--) std::cin >> a >> b, g[a].push_back(b), in[b]++;
    for (int v = 1; v <= n; v++) if (!in[v]) go(v);
    if ((int)out.size() != n) std::cout << "impossible";
    else for (int v : out) std::cout << v << " ";
}

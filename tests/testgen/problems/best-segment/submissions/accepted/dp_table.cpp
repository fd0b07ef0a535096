#include <algorithm>
#include <iostream>
#include <iterator>
#include <vector>
using namespace std;
int main() {
    istream_iterator<long long> in(cin), end;
    ++in;
    vector<long long> h(in, end), f(h);
    for (size_t i = 1; i < f.size(); i++) f[i] += max(0LL, f[i - 1]);
    cout << *max_element(f.begin(), f.end()) << endl;
}

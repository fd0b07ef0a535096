// starts from the falling order and takes wrong pairs away
#include <iostream>
#include <vector>
using namespace std;
int main() {
    int n, k;
    cin >> n >> k;
    vector<int> a;
    for (int v = n; v; v--) a.push_back(v);
    int surplus = n * (n - 1) / 2 - k;
    for (int sorted = 0; surplus; sorted++)
        for (int i = n - 1; i > sorted && surplus; i--)
            if (a[i - 1] > a[i]) swap(a[i - 1], a[i]), surplus--;
    for (size_t i = 0; i < a.size(); i++) cout << (i ? " " : "") << a[i];
    cout << "\n";
}

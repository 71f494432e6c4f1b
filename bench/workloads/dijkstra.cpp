// Shortest paths on a grid graph with the standard library's vector and priority_queue.
#include <queue>
#include <vector>

#include "bench.h"

namespace {

struct Edge {
  uint32_t to, weight;
};
struct Entry {
  uint64_t distance;
  uint32_t node;
  bool operator<(const Entry& other) const { return distance > other.distance; }
};

constexpr uint32_t kSide = 60;
std::vector<std::vector<Edge>> graph;

uint64_t shortest(uint32_t from) {
  std::vector<uint64_t> distance(graph.size(), ~(uint64_t)0);
  std::priority_queue<Entry> queue;
  distance[from] = 0;
  queue.push({0, from});
  uint64_t sum = 0;
  while (!queue.empty()) {
    const Entry top = queue.top();
    queue.pop();
    if (top.distance != distance[top.node]) continue;
    sum += top.distance;
    for (const Edge& edge : graph[top.node]) {
      const uint64_t through = top.distance + edge.weight;
      if (through < distance[edge.to]) {
        distance[edge.to] = through;
        queue.push({through, edge.to});
      }
    }
  }
  return sum;
}

}  // namespace

static void setup() {
  graph.resize(kSide * kSide);
  for (uint32_t y = 0; y < kSide; y++) {
    for (uint32_t x = 0; x < kSide; x++) {
      const uint32_t at = y * kSide + x;
      if (x + 1 < kSide) graph[at].push_back({at + 1, (uint32_t)(bench_rand() % 100 + 1)});
      if (x > 0) graph[at].push_back({at - 1, (uint32_t)(bench_rand() % 100 + 1)});
      if (y + 1 < kSide) graph[at].push_back({at + kSide, (uint32_t)(bench_rand() % 100 + 1)});
      if (y > 0) graph[at].push_back({at - kSide, (uint32_t)(bench_rand() % 100 + 1)});
    }
  }
}

static uint64_t kernel(uint32_t units) {
  uint64_t hash = 0;
  for (uint32_t u = 0; u < units; u++)
    hash = bench_mix(hash, shortest((u * 131) % (kSide * kSide)));
  return hash;
}

WORKLOAD(dijkstra, 600)

// A small ray tracer with virtual shapes: floating point, small objects, virtual calls.
#include <math.h>

#include "bench.h"

namespace {

struct Vec {
  double x, y, z;
};
Vec operator+(Vec a, Vec b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
Vec operator-(Vec a, Vec b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
Vec operator*(Vec a, double s) { return {a.x * s, a.y * s, a.z * s}; }
double dot(Vec a, Vec b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
Vec unit(Vec a) { return a * (1.0 / sqrt(dot(a, a))); }

struct Shape {
  virtual double hit(Vec from, Vec along) const = 0;
  virtual Vec normal(Vec at) const = 0;
  virtual double mirror() const = 0;
};

struct Sphere final : Shape {
  Sphere(Vec c, double r, double m) : center(c), radius(r), shine(m) {}
  double hit(Vec from, Vec along) const override {
    const Vec d = from - center;
    const double b = dot(d, along), c = dot(d, d) - radius * radius, root = b * b - c;
    if (root < 0) return -1;
    const double s = sqrt(root);
    return -b - s > 1e-6 ? -b - s : -b + s;
  }
  Vec normal(Vec at) const override { return (at - center) * (1.0 / radius); }
  double mirror() const override { return shine; }
  Vec center;
  double radius, shine;
};

struct Floor final : Shape {
  explicit Floor(double h) : height(h) {}
  double hit(Vec from, Vec along) const override {
    return along.y > -1e-9 && along.y < 1e-9 ? -1 : (height - from.y) / along.y;
  }
  Vec normal(Vec) const override { return {0, 1, 0}; }
  double mirror() const override { return 0.2; }
  double height;
};

const Shape* shapes[8];
int shape_count;

double trace(Vec from, Vec along, int depth) {
  const Shape* nearest = nullptr;
  double best = 1e9;
  for (int i = 0; i < shape_count; i++) {
    const double t = shapes[i]->hit(from, along);
    if (t > 1e-6 && t < best) {
      best = t;
      nearest = shapes[i];
    }
  }
  if (!nearest) return 0.3 + 0.2 * along.y;
  const Vec at = from + along * best;
  const Vec n = nearest->normal(at);
  const Vec light = unit({0.5, 0.8, -0.4});
  double shade = dot(n, light);
  if (shade < 0) shade = 0;
  for (int i = 0; i < shape_count && shade > 0; i++)
    if (shapes[i]->hit(at + n * 1e-4, light) > 1e-6) shade *= 0.3;
  const double mirror = nearest->mirror();
  if (depth == 0 || mirror <= 0) return shade;
  return shade * (1 - mirror) + mirror * trace(at, along - n * (2 * dot(n, along)), depth - 1);
}

}  // namespace

static void setup() {
  static const Sphere spheres[6] = {{{0, 0, 5}, 1, 0.6},           {{1.5, 0.3, 4}, 0.6, 0.3},
                                    {{-1.4, -0.2, 4.5}, 0.7, 0.5}, {{0.4, 1.2, 6}, 0.9, 0.1},
                                    {{-0.6, -0.7, 3}, 0.3, 0},     {{2.2, 1.0, 7}, 1.1, 0.4}};
  static const Floor floor_shape(-1.0);
  for (int i = 0; i < 6; i++) shapes[shape_count++] = &spheres[i];
  shapes[shape_count++] = &floor_shape;
}

static uint64_t kernel(uint32_t units) {
  uint64_t hash = 0;
  for (uint32_t u = 0; u < units; u++) {
    const double py = 1.0 - 2.0 * (u % 64) / 64.0;
    for (int i = 0; i < 96; i++) {
      const double px = -1.2 + 2.4 * i / 96.0;
      hash = bench_mix(hash, bench_bits(trace({0, 0.2, -1}, unit({px, py, 1.5}), 4)));
    }
  }
  return hash;
}

WORKLOAD(raytrace, 30000)

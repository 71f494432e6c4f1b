// Planets: double arithmetic with square roots over a small array of structures.
#include <math.h>

#include "bench.h"

typedef struct {
  double x, y, z, vx, vy, vz, mass;
} Body;

enum { kBodies = 5 };
static Body bodies[kBodies];

static void setup(void) {
  for (int i = 0; i < kBodies; i++) {
    Body* b = &bodies[i];
    b->x = 1.0 + 5.0 * i;
    b->y = -1.5 + 0.9 * i * i;
    b->z = 0.1 * i - 0.2;
    b->vx = 0.5 - 0.1 * i;
    b->vy = 0.9 / (1.0 + i);
    b->vz = 0.01 * i;
    b->mass = i == 0 ? 39.0 : 0.03 / i;
  }
}

static void advance(double dt) {
  for (int i = 0; i < kBodies; i++) {
    Body* a = &bodies[i];
    for (int j = i + 1; j < kBodies; j++) {
      Body* b = &bodies[j];
      const double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
      const double d2 = dx * dx + dy * dy + dz * dz + 1e-3;
      const double mag = dt / (d2 * sqrt(d2));
      a->vx -= dx * b->mass * mag;
      a->vy -= dy * b->mass * mag;
      a->vz -= dz * b->mass * mag;
      b->vx += dx * a->mass * mag;
      b->vy += dy * a->mass * mag;
      b->vz += dz * a->mass * mag;
    }
  }
  for (int i = 0; i < kBodies; i++) {
    Body* b = &bodies[i];
    b->x += dt * b->vx;
    b->y += dt * b->vy;
    b->z += dt * b->vz;
  }
}

static uint64_t kernel(uint32_t units) {
  for (uint32_t u = 0; u < units; u++)
    for (int i = 0; i < 5000; i++) advance(0.001);
  return bench_mix(bench_bits(bodies[0].x), bench_bits(bodies[4].vy));
}

WORKLOAD(nbody, 900)

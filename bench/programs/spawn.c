// Runs commands in turn and measures each process: wall time, CPU time, peak resident memory. A
// small C program, because a Python parent costs milliseconds a start and its own memory would show
// up as the child's peak.
//
//   spawn ROUNDS -- COMMAND ARGS... [-- COMMAND ARGS...]...
//
// Prints one line per run: index wall_ns cpu_us peak_kib status. Output of the commands is dropped.
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char** environ;
enum { kMaxCommands = 64 };

static uint64_t now_ns(void) {
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

int main(int argc, char** argv) {
  char** commands[kMaxCommands];
  int count = 0;
  if (argc < 4)
    return fprintf(stderr, "usage: spawn ROUNDS -- COMMAND ARGS... [-- COMMAND...]\n"), 2;
  for (int i = 2; i < argc; i++) {
    if (strcmp(argv[i], "--") != 0) continue;
    argv[i] = NULL;
    if (i + 1 < argc && count < kMaxCommands) commands[count++] = &argv[i + 1];
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  const int rounds = atoi(argv[1]);
  for (int round = 0; round < rounds; round++) {
    for (int i = 0; i < count; i++) {
      const int at = (i + round) % count;  // no command always follows the same one
      pid_t child;
      struct rusage usage;
      int status = -1;
      const uint64_t start = now_ns();
      if (posix_spawnp(&child, commands[at][0], &actions, NULL, commands[at], environ) != 0) {
        printf("%d 0 0 0 -1\n", at);
        continue;
      }
      wait4(child, &status, 0, &usage);
      const uint64_t wall = now_ns() - start;
      const long cpu = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000L +
                       usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
      printf("%d %llu %ld %ld %d\n", at, (unsigned long long)wall, cpu, usage.ru_maxrss,
             WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    }
  }
  return 0;
}

// What Unix programs expect and wasi-libc (2022) lacks, as functions that say "not supported" or do
// nothing. Force-included (-include) when real programs are compiled for WASI; users, locks and
// processes do not exist there.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#ifndef F_GETLK
#define F_RDLCK 0
#define F_WRLCK 1
#define F_UNLCK 2
#define F_GETLK 5
#define F_SETLK 6
#define F_SETLKW 7
#endif

static inline int fchmod(int fd, mode_t mode) { return (void)fd, (void)mode, 0; }
static inline int chmod(const char* path, mode_t mode) { return (void)path, (void)mode, 0; }
static inline int fchown(int fd, uid_t user, gid_t group) {
  return (void)fd, (void)user, (void)group, 0;
}
static inline int chown(const char* path, uid_t user, gid_t group) {
  return (void)path, (void)user, (void)group, 0;
}
static inline uid_t geteuid(void) { return 0; }
static inline uid_t getuid(void) { return 0; }
static inline mode_t umask(mode_t mode) { return (void)mode, 022; }
static inline int dup(int fd) { return (void)fd, errno = ENOSYS, -1; }
static inline FILE* popen(const char* command, const char* mode) {
  return (void)command, (void)mode, errno = ENOSYS, (FILE*)0;
}
static inline int pclose(FILE* file) { return (void)file, errno = ENOSYS, -1; }
static inline int system(const char* command) { return (void)command, errno = ENOSYS, -1; }
static inline FILE* wasi_gap_tmpfile(void) { return errno = ENOSYS, (FILE*)0; }
static inline char* wasi_gap_tmpnam(char* name) { return (void)name, errno = ENOSYS, (char*)0; }
static inline int wasi_gap_mkstemp(char* name) { return (void)name, errno = ENOSYS, -1; }
// Declared as deprecated by wasi-libc, and defined nowhere.
#define tmpfile wasi_gap_tmpfile
#define tmpnam wasi_gap_tmpnam
#define mkstemp wasi_gap_mkstemp

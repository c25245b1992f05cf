/*
 * A disk that can lose its power or fill up, for one process: preloaded, it stands between that process (SQLite and
 * Node alike) and the files under DISK_ROOT. The files themselves are what the system's memory holds of them. What is
 * certain to be on the disk is kept in DISK_PLATTER, and gets there by fsync and fdatasync only; a file's name gets
 * there by an fsync of its directory.
 *
 * DISK_CUT_AT   dies before this change (write, truncate, sync, rename, unlink), counted from 1; 0: never.
 * DISK_SEED     at the cut, each sector that was not synced is on the platter or not, as this seed's chance has it;
 *               0: nothing that was not synced is.
 * DISK_BYTES    so much may the files grow together; beyond it, writing fails with ENOSPC. -1: without end.
 *
 * It does not see what a file is written by writev, copy_file_range or mmap: the next sync of that file takes it over whole.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512
#define FDS 65536
#define NAMES 256

struct change { off_t at; size_t length; char *bytes; struct change *next; }; /* bytes NULL: the file ends at `at` */
struct file { int number, platter; off_t size; struct change *first, *last; };
struct name { char path[512]; struct file *file; };

static struct file *open_files[FDS];
static char *open_directories[FDS];
static struct name live[NAMES], kept[NAMES];
/* Directories that got another name, which is not certain yet. */
static struct { char from[512], to[512]; } moved[NAMES];
static int moves = 0, numbers = 0;
static const char *root = NULL, *platter = NULL;
static long cut_at = 0, changes = 0;
static long long room = -1, grown = 0, most = 0;
static uint32_t chance = 0;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int (*real_openat)(int, const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_write)(int, const void *, size_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_rename)(const char *, const char *);
static int (*real_unlinkat)(int, const char *, int);
static int (*real_fsync)(int);
#define real_open(path, ...) real_openat(AT_FDCWD, path, __VA_ARGS__)

static int is_kept(void) { /* mulberry32, as test/store/proof/random.ts has it */
  chance += 0x6d2b79f5;
  uint32_t mixed = (chance ^ (chance >> 15)) * (chance | 1);
  mixed ^= mixed + (mixed ^ (mixed >> 7)) * (mixed | 61);
  return (mixed >> 14) & 1;
}

/* The path under the root, or NULL. Everybody here names files by their whole path. */
static const char *inside(const char *path) {
  size_t length;
  if (!root || !path) return NULL;
  length = strlen(root);
  return strncmp(path, root, length) == 0 && path[length] == '/' ? path + length + 1 : NULL;
}

static void fail(const char *what) {
  fprintf(stderr, "disk.c: %s: %s\n", what, strerror(errno));
  abort();
}

static struct name *find(struct name *table, const char *path) {
  struct name *unused = NULL;
  for (int i = 0; i < NAMES; i++) {
    if (table[i].file && strcmp(table[i].path, path) == 0) return &table[i];
    if (!table[i].file && !unused) unused = &table[i];
  }
  if (!unused) fail("too many files");
  snprintf(unused->path, sizeof unused->path, "%s", path);
  return unused;
}

static struct file *added(void) {
  char path[4096];
  struct file *file = calloc(1, sizeof *file);
  file->number = ++numbers;
  snprintf(path, sizeof path, "%s/%d", platter, file->number);
  file->platter = real_open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (file->platter < 0) fail(path);
  return file;
}

/* All that the file holds now is on the platter. */
static void keep_whole(const char *path, struct file *file) {
  static char buffer[1 << 16];
  off_t at = 0;
  ssize_t got;
  int reader = real_open(path, O_RDONLY | O_CLOEXEC);
  if (reader < 0) fail(path);
  while ((got = pread(reader, buffer, sizeof buffer, at)) > 0) {
    real_pwrite(file->platter, buffer, (size_t)got, at);
    at += got;
  }
  real_close(reader);
  real_ftruncate(file->platter, at);
  file->size = at;
}

static void apply(struct file *file, const struct change *change, int is_torn) {
  if (!change->bytes) {
    if (!is_torn || is_kept()) real_ftruncate(file->platter, change->at);
    return;
  }
  for (size_t done = 0; done < change->length;) {
    off_t at = change->at + (off_t)done;
    size_t part = SECTOR - (size_t)(at % SECTOR);
    if (!is_torn) part = change->length;
    if (part > change->length - done) part = change->length - done;
    if (!is_torn || is_kept()) real_pwrite(file->platter, change->bytes + done, part, at);
    done += part;
  }
}

static void settle(struct file *file, int is_torn) {
  struct change *next;
  for (struct change *each = file->first; each; each = next) {
    next = each->next;
    apply(file, each, is_torn);
    free(each->bytes);
    free(each);
  }
  file->first = file->last = NULL;
}

static void save_names(void) {
  char path[4096], ready[4096], line[600];
  int out;
  snprintf(path, sizeof path, "%s/names.new", platter);
  snprintf(ready, sizeof ready, "%s/names", platter);
  out = real_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (out < 0) fail(path);
  for (int i = 0; i < NAMES; i++) {
    if (!kept[i].file) continue;
    int length = snprintf(line, sizeof line, "%d %s\n", kept[i].file->number, kept[i].path);
    if (real_write(out, line, (size_t)length) != length) fail(path);
  }
  real_close(out);
  if (real_rename(path, ready) != 0) fail(ready);
}

/* What lies in a directory goes with it. */
static void move_all(struct name *table, const char *from, const char *to) {
  char path[1100];
  size_t length = strlen(from);
  for (int i = 0; i < NAMES; i++) {
    if (!table[i].file || strncmp(table[i].path, from, length) != 0 || table[i].path[length] != '/') continue;
    snprintf(path, sizeof path, "%s%s", to, table[i].path + length);
    snprintf(table[i].path, sizeof table[i].path, "%.511s", path);
  }
}

static int is_in(const char *path, const char *directory) {
  size_t length = strlen(directory);
  if (length && (strncmp(path, directory, length) != 0 || path[length] != '/')) return 0;
  return !strchr(path + (length ? length + 1 : 0), '/');
}

/* The entries of one directory; of all of them where it is NULL. */
static void keep_names(const char *directory) {
  for (int i = 0; i < moves; i++)
    if (!directory || is_in(moved[i].to, directory)) move_all(kept, moved[i].from, moved[i].to);
  for (int pass = 0; pass < 2; pass++)
    for (int i = 0; i < NAMES; i++) {
      struct name *each = pass == 0 ? &kept[i] : &live[i];
      if (!each->file) continue;
      if (directory && !is_in(each->path, directory)) continue;
      if (pass == 0) each->file = find(live, each->path)->file;
      else find(kept, each->path)->file = each->file;
    }
  save_names();
}

/* What was there before this process began is on the disk since long. */
static void look_at(const char *directory) {
  char path[4096];
  struct dirent *each;
  DIR *all = opendir(directory);
  while (all && (each = readdir(all))) {
    if (strcmp(each->d_name, ".") == 0 || strcmp(each->d_name, "..") == 0) continue;
    snprintf(path, sizeof path, "%s/%s", directory, each->d_name);
    if (each->d_type == DT_DIR) look_at(path);
    if (each->d_type != DT_REG) continue;
    struct file *file = find(live, inside(path))->file = find(kept, inside(path))->file = added();
    keep_whole(path, file);
  }
  if (all) closedir(all);
}

__attribute__((constructor)) static void begin(void) {
  real_openat = dlsym(RTLD_NEXT, "openat64");
  real_close = dlsym(RTLD_NEXT, "close");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_write = dlsym(RTLD_NEXT, "write");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
  real_rename = dlsym(RTLD_NEXT, "rename");
  real_unlinkat = dlsym(RTLD_NEXT, "unlinkat");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  platter = getenv("DISK_PLATTER");
  if (getenv("DISK_CUT_AT")) cut_at = atol(getenv("DISK_CUT_AT"));
  if (getenv("DISK_SEED")) chance = (uint32_t)atol(getenv("DISK_SEED"));
  if (getenv("DISK_BYTES")) room = atoll(getenv("DISK_BYTES"));
  if (!platter) return;
  root = getenv("DISK_ROOT");
  look_at(root);
  save_names();
}

/* The power goes before the change that is about to be made. */
static void count_change(void) {
  if (++changes != cut_at) return;
  if (chance) {
    if (is_kept()) keep_names(NULL);
    for (int i = 0; i < NAMES; i++) if (live[i].file) settle(live[i].file, 1);
  }
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* How many changes there were, for whoever wants to cut one of them the next time. */
__attribute__((destructor)) static void end(void) {
  char path[4096];
  FILE *out;
  if (!root) return;
  snprintf(path, sizeof path, "%s/changes", platter);
  if (!(out = fopen(path, "w"))) return;
  fprintf(out, "%ld %lld\n", changes, most);
  fclose(out);
}

/* A file's new length; how much all of them grew together at the most is told at the end. */
static void resized(struct file *file, off_t size) {
  grown += size - file->size;
  if (grown > most) most = grown;
  if (room >= 0) room -= size - file->size;
  file->size = size;
}

static void note(struct file *file, const void *bytes, size_t length, off_t at) {
  struct change *change = calloc(1, sizeof *change);
  change->at = at;
  change->length = length;
  if (bytes) memcpy(change->bytes = malloc(length ? length : 1), bytes, length);
  if (file->last) file->last->next = change;
  else file->first = change;
  file->last = change;
  if (!bytes || at + (off_t)length > file->size) resized(file, at + (off_t)length);
}

static int opened(int fd, const char *path, int flags) {
  const char *name = inside(path);
  struct stat about;
  struct name *entry;
  if (fd < 0 || fd >= FDS || !root) return fd;
  if (!name && strcmp(path, root) != 0) return fd;
  if (fstat(fd, &about) != 0) return fd;
  pthread_mutex_lock(&lock);
  if (S_ISDIR(about.st_mode)) open_directories[fd] = strdup(name ? name : "");
  else if (S_ISREG(about.st_mode)) {
    entry = find(live, name);
    if (!entry->file) entry->file = added();
    else if (flags & O_TRUNC) note(entry->file, NULL, 0, 0);
    open_files[fd] = entry->file;
  }
  pthread_mutex_unlock(&lock);
  return fd;
}

static mode_t mode_of(int flags, va_list more) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; }

#define OPENED(directory)                       \
  va_list more;                                 \
  va_start(more, flags);                        \
  mode_t mode = mode_of(flags, more);           \
  va_end(more);                                 \
  return opened(real_openat(directory, path, flags, mode), path, flags)

int open(const char *path, int flags, ...) { OPENED(AT_FDCWD); }
int open64(const char *path, int flags, ...) { OPENED(AT_FDCWD); }
int openat(int directory, const char *path, int flags, ...) { OPENED(directory); }

int close(int fd) {
  if (fd >= 0 && fd < FDS && (open_files[fd] || open_directories[fd])) {
    pthread_mutex_lock(&lock);
    open_files[fd] = NULL;
    free(open_directories[fd]);
    open_directories[fd] = NULL;
    pthread_mutex_unlock(&lock);
  }
  return real_close(fd);
}

static struct file *watched(int fd) { return fd >= 0 && fd < FDS ? open_files[fd] : NULL; }

static ssize_t written(int fd, const void *bytes, size_t length, off_t at) {
  struct file *file = open_files[fd];
  ssize_t done = -1;
  pthread_mutex_lock(&lock);
  count_change();
  off_t grows = at + (off_t)length - file->size;
  if (room >= 0 && grows > 0 && grows > room) errno = ENOSPC;
  else if ((done = real_pwrite(fd, bytes, length, at)) > 0) note(file, bytes, (size_t)done, at);
  pthread_mutex_unlock(&lock);
  return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t at) {
  return watched(fd) ? written(fd, bytes, length, at) : real_pwrite(fd, bytes, length, at);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  if (!watched(fd)) return real_write(fd, bytes, length);
  off_t at = fcntl(fd, F_GETFL) & O_APPEND ? watched(fd)->size : lseek(fd, 0, SEEK_CUR);
  ssize_t done = written(fd, bytes, length, at);
  if (done > 0) lseek(fd, at + done, SEEK_SET);
  return done;
}

int ftruncate64(int fd, off_t length) {
  int done;
  if (!watched(fd)) return real_ftruncate(fd, length);
  pthread_mutex_lock(&lock);
  count_change();
  done = real_ftruncate(fd, length);
  if (done == 0) note(watched(fd), NULL, 0, length);
  pthread_mutex_unlock(&lock);
  return done;
}

static int synced(int fd) {
  struct stat about;
  char path[64];
  if (fd < 0 || fd >= FDS || (!open_files[fd] && !open_directories[fd])) return real_fsync(fd);
  pthread_mutex_lock(&lock);
  count_change();
  if (open_directories[fd]) keep_names(open_directories[fd]);
  else {
    settle(open_files[fd], 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (fstat(fd, &about) == 0 && about.st_size != open_files[fd]->size) keep_whole(path, open_files[fd]);
  }
  pthread_mutex_unlock(&lock);
  return 0;
}

int fsync(int fd) { return synced(fd); }
int fdatasync(int fd) { return synced(fd); }

int rename(const char *from, const char *to) {
  const char *old = inside(from), *new = inside(to);
  int done;
  if (!old || !new) return real_rename(from, to);
  pthread_mutex_lock(&lock);
  count_change();
  done = real_rename(from, to);
  if (done == 0 && find(live, old)->file) {
    find(live, new)->file = find(live, old)->file;
    find(live, old)->file = NULL;
  } else if (done == 0 && moves < NAMES) {
    move_all(live, old, new);
    snprintf(moved[moves].from, sizeof moved[moves].from, "%s", old);
    snprintf(moved[moves++].to, sizeof moved[0].to, "%s", new);
  }
  pthread_mutex_unlock(&lock);
  return done;
}

int unlinkat(int directory, const char *path, int flags) {
  const char *name = inside(path);
  int done;
  if (!name) return real_unlinkat(directory, path, flags);
  pthread_mutex_lock(&lock);
  count_change();
  done = real_unlinkat(directory, path, flags);
  struct name *entry = find(live, name);
  if (done == 0 && entry->file) resized(entry->file, 0);
  if (done == 0) entry->file = NULL;
  pthread_mutex_unlock(&lock);
  return done;
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

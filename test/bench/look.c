/*
 * The least that a scan must ask of the system, for comparing CPU: of each cell under a root
 * it looks at the ten parts and reads the three files. It judges nothing.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static const char *const PARTS[] = {
    "meta",      "config",   "state",             "logs",             "artifacts",
    "worktree",  "meta/mission.json", "config/cell.json", "state/heartbeat.json",
    "logs/daemon.log",
};
static const char *const FILES[] = {"meta/mission.json", "config/cell.json", "state/heartbeat.json"};

static long met;
static char buffer[65537];

static void read_file(const char *path) {
  struct stat stats;
  int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return;
  if (fstat(fd, &stats) == 0 && S_ISREG(stats.st_mode) && read(fd, buffer, sizeof buffer) > 0) met++;
  close(fd);
}

static void look_at(const char *root, const char *id) {
  char path[4096];
  struct stat stats;
  for (size_t at = 0; at < COUNT(PARTS); at++) {
    snprintf(path, sizeof path, "%s/%s/%s", root, id, PARTS[at]);
    if (lstat(path, &stats) == 0) met++;
  }
  for (size_t at = 0; at < COUNT(FILES); at++) {
    snprintf(path, sizeof path, "%s/%s/%s", root, id, FILES[at]);
    read_file(path);
  }
}

/* Prints how many parts and texts it met, so that a test can tell that it did its work. */
int main(int count, char **words) {
  DIR *root = count == 2 ? opendir(words[1]) : NULL;
  if (root == NULL) return 66;
  for (struct dirent *entry; (entry = readdir(root)) != NULL;)
    if (entry->d_name[0] != '.') look_at(words[1], entry->d_name);
  printf("%ld\n", met);
  return 0;
}

/*
 * The agent of a cell that is being made: waits in ROOT for staging, and as soon as it may,
 * swaps each of its directories for a symlink to VICTIM.
 *
 *     grab ROOT VICTIM
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const NAMES[] = {"logs", "meta", "config", "state", "worktree"};

static void swap(const char *root, const char *staging, const char *victim) {
  for (unsigned i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
    char path[2048], aside[2048];
    snprintf(path, sizeof path, "%s/%s/%s", root, staging, NAMES[i]);
    snprintf(aside, sizeof aside, "%s/%s/.%s", root, staging, NAMES[i]);
    if (rename(path, aside) == 0) symlink(victim, path);
  }
}

int main(int count, char **words) {
  if (count != 3) return 64;
  for (;;) {
    DIR *root = opendir(words[1]);
    struct dirent *entry;
    while (root != NULL && (entry = readdir(root)) != NULL)
      if (strncmp(entry->d_name, ".init-", 6) == 0)
        for (int tries = 0; tries < 2000; tries++) swap(words[1], entry->d_name, words[2]);
    if (root != NULL) closedir(root);
  }
}

/*
 * Runs a command, and prints on stderr how many KiB of memory it held at most. A process starts with the
 * peak of the process that forked it: so a small one has to fork.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char **words) {
  struct rusage usage;
  int status = 0;
  if (count < 2) return 64;
  pid_t child = fork();
  if (child == 0) {
    execvp(words[1], words + 1);
    _exit(127);
  }
  if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0) return 70;
  fprintf(stderr, "%ld\n", usage.ru_maxrss);
  return 0;
}

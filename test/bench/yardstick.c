/*
 * The yardstick: a scan in C with the same safe reads and the same verdicts as scan, for cells whose
 * files are where they are by default.
 *
 * Usage: yardstick ROOT LIMIT. Prints a line of JSON for each cell: its id, its status, its age, and
 * the paths of the parts that violate the contract.
 *
 * Each file is opened by openat2(2), which the kernel keeps below the cell, without blocking; at most
 * 64 KiB of it are read; and it has to be UTF-8, JSON of at most 100 levels, and of the right types.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { MISSION = 6, CONFIG, HEARTBEAT, LOG, PARTS };
static const char *const PATHS[PARTS] = {
    "meta", "config", "state", "logs", "artifacts", "worktree",
    "meta/mission.json", "config/cell.json", "state/heartbeat.json", "logs/daemon.log",
};
enum { FOUND, ABSENT, BROKEN };
enum { FILE_LIMIT = 65536, DEPTH_LIMIT = 100 };
static char content[FILE_LIMIT + 2];

/* --- JSON: a strict parser that notes the members of the outermost object. --- */

typedef struct { const char *text; int length; } span;
typedef struct { const char *key; span value; } member;
typedef struct { const char *at, *end; int depth; member *members; int count; } json;

static void skip_space(json *j) {
  while (j->at < j->end && strchr(" \t\r\n", *j->at) && *j->at) j->at++;
}

static int parse_string(json *j) {
  if (j->at >= j->end || *j->at++ != '"') return 0;
  for (; j->at < j->end; j->at++) {
    unsigned char c = *j->at;
    if (c == '"') return j->at++, 1;
    if (c < 32) return 0;
    if (c != '\\') continue;
    if (++j->at >= j->end) return 0;
    if (*j->at == 'u') {
      for (int digit = 0; digit < 4; digit++)
        if (++j->at >= j->end || !*j->at || !strchr("0123456789abcdefABCDEF", *j->at)) return 0;
    } else if (!*j->at || !strchr("\"\\/bfnrt", *j->at)) return 0;
  }
  return 0;
}

static int parse_digits(json *j) {
  const char *start = j->at;
  while (j->at < j->end && *j->at >= '0' && *j->at <= '9') j->at++;
  return j->at - start;
}

static int parse_number(json *j) {
  if (*j->at == '-') j->at++;
  const char *start = j->at;
  int digits = parse_digits(j);
  if (digits == 0 || (digits > 1 && *start == '0')) return 0;
  if (j->at < j->end && *j->at == '.' && (j->at++, !parse_digits(j))) return 0;
  if (j->at < j->end && (*j->at == 'e' || *j->at == 'E')) {
    j->at++;
    if (j->at < j->end && (*j->at == '+' || *j->at == '-')) j->at++;
    return parse_digits(j) > 0;
  }
  return 1;
}

static int parse_word(json *j, const char *word) {
  int length = strlen(word);
  if (j->end - j->at < length || memcmp(j->at, word, length)) return 0;
  return j->at += length, 1;
}

static int parse_value(json *j);

static void note(json *j, const char *key, int length, const char *value) {
  for (int n = 0; n < j->count; n++)
    if ((int)strlen(j->members[n].key) == length && !memcmp(key, j->members[n].key, length))
      j->members[n].value = (span){value, j->at - value};
}

static int parse_list(json *j, char close) {
  j->at++;
  skip_space(j);
  if (j->at < j->end && *j->at == close) return j->at++, 1;
  for (;;) {
    skip_space(j);
    const char *key = j->at + 1;
    int length = 0;
    if (close == '}') {
      if (!parse_string(j)) return 0;
      length = j->at - key - 1;
      skip_space(j);
      if (j->at >= j->end || *j->at++ != ':') return 0;
      skip_space(j);
    }
    const char *value = j->at;
    if (!parse_value(j)) return 0;
    if (close == '}' && j->depth == 1) note(j, key, length, value);
    skip_space(j);
    if (j->at >= j->end) return 0;
    if (*j->at == close) return j->at++, 1;
    if (*j->at++ != ',') return 0;
  }
}

static int parse_value(json *j) {
  if (j->at >= j->end) return 0;
  char c = *j->at;
  if (c == '"') return parse_string(j);
  if (c == 't') return parse_word(j, "true");
  if (c == 'f') return parse_word(j, "false");
  if (c == 'n') return parse_word(j, "null");
  if (c != '{' && c != '[') return parse_number(j);
  if (++j->depth > DEPTH_LIMIT) return 0;
  int is_right = parse_list(j, c == '{' ? '}' : ']');
  j->depth--;
  return is_right;
}

static int is_utf8(const unsigned char *at, const unsigned char *end) {
  while (at < end) {
    unsigned c = *at++;
    if (c < 0x80) continue;
    int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
    if (c < 0xc2 || c > 0xf4 || end - at < more) return 0;
    if ((c == 0xe0 && *at < 0xa0) || (c == 0xed && *at > 0x9f)) return 0;
    if ((c == 0xf0 && *at < 0x90) || (c == 0xf4 && *at > 0x8f)) return 0;
    for (; more > 0; more--, at++)
      if ((*at & 0xc0) != 0x80) return 0;
  }
  return 1;
}

static int parse_object(int length, member *members, int count) {
  json j = {content, content + length, 0, members, count};
  if (!is_utf8((unsigned char *)content, (unsigned char *)j.end)) return 0;
  skip_space(&j);
  if (j.at >= j.end || *j.at != '{' || !parse_value(&j)) return 0;
  skip_space(&j);
  return j.at == j.end;
}

/* --- Values --- */

static int is_text(span s) { return s.length >= 2 && *s.text == '"'; }
static int is_text_if_any(span s) { return s.text == NULL || is_text(s); }
static int is_path(span s) { return is_text(s) && s.length > 2 && s.length <= 1026; }
static int equals(span s, const char *word) {
  return s.length == (int)strlen(word) + 2 && !memcmp(s.text + 1, word, s.length - 2);
}
static int is_one_if_any(span s) { return s.text == NULL || (s.length == 1 && *s.text == '1'); }

/* A whole number as JSON writes it; others are not in these files. */
static int is_count_if_any(span s) {
  if (s.text == NULL) return 1;
  for (int n = 0; n < s.length; n++)
    if (s.text[n] < '0' || s.text[n] > '9') return 0;
  return s.length > 0 && s.length <= 15;
}

static int is_id(const char *name) {
  int set = 0, full = 1;
  for (int n = 0; n < 36; n++) {
    if (n == 8 || n == 13 || n == 18 || n == 23) {
      if (name[n] != '-') return 0;
    } else if (!name[n] || !strchr("0123456789abcdef", name[n])) return 0;
    else if (name[n] != '0') set = 1, full &= name[n] == 'f';
    else full = 0;
  }
  return name[36] == 0 && set && !full;
}

static int is_state(span s) {
  if (s.length < 3 || s.length > 66 || *s.text != '"' || s.text[1] < 'a' || s.text[1] > 'z') return 0;
  for (int n = 1; n < s.length - 1; n++)
    if (!s.text[n] || !strchr("abcdefghijklmnopqrstuvwxyz0123456789_-", s.text[n])) return 0;
  return 1;
}

static int number_at(const char *at, int digits) {
  int number = 0;
  for (; digits > 0; digits--, at++) {
    if (*at < '0' || *at > '9') return -1;
    number = number * 10 + *at - '0';
  }
  return number;
}

/* Seconds since 1970 of an RFC 3339 time in UTC; NAN for all else. */
static double moment_of(span s) {
  static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (!is_text(s) || s.length < 22) return NAN;
  const char *t = s.text + 1, *end = s.text + s.length - 1;
  int year = number_at(t, 4), month = number_at(t + 5, 2), day = number_at(t + 8, 2);
  int hour = number_at(t + 11, 2), minute = number_at(t + 14, 2), second = number_at(t + 17, 2);
  if (t[4] != '-' || t[7] != '-' || (t[10] | 32) != 't' || t[13] != ':' || t[16] != ':') return NAN;
  if (year < 0 || month < 1 || month > 12 || day < 1) return NAN;
  int is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  if (day > DAYS[month - 1] + (month == 2 && is_leap)) return NAN;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return NAN;
  double fraction = 0, unit = 0.1;
  const char *at = t + 19;
  if (*at == '.')
    for (at++; at < end && *at >= '0' && *at <= '9'; at++, unit /= 10) fraction += (*at - '0') * unit;
  if (at + 1 != end || (*at | 32) != 'z' || at[-1] == '.') return NAN;
  struct tm parts = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day,
                     .tm_hour = hour, .tm_min = minute, .tm_sec = second};
  return (double)timegm(&parts) + fraction;
}

/* --- Cells --- */

typedef struct { int parts[PARTS]; int expects_beat; double beat; } facts;

static int open_file(int cell, const char *path, int flags) {
  struct open_how how = {.flags = flags | O_NOFOLLOW | O_CLOEXEC,
                         .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
  return syscall(SYS_openat2, cell, path, &how, sizeof how);
}

static int look_at_directory(int cell, const char *name) {
  struct stat stats;
  if (fstatat(cell, name, &stats, AT_SYMLINK_NOFOLLOW) != 0) return errno == ENOENT ? ABSENT : BROKEN;
  return S_ISDIR(stats.st_mode) ? FOUND : BROKEN;
}

static int look_at_file(int cell, const char *path) {
  struct stat stats;
  int fd = open_file(cell, path, O_PATH);
  if (fd < 0) return errno == ENOENT ? ABSENT : BROKEN;
  int is_file = fstat(fd, &stats) == 0 && S_ISREG(stats.st_mode);
  close(fd);
  return is_file ? FOUND : BROKEN;
}

/* Reads the members of a file's object. */
static int read_file(int cell, const char *path, member *members, int count) {
  struct stat stats;
  int fd = open_file(cell, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return errno == ENOENT ? ABSENT : BROKEN;
  int length = -1;
  if (fstat(fd, &stats) == 0 && S_ISREG(stats.st_mode) && stats.st_size <= FILE_LIMIT)
    length = read(fd, content, FILE_LIMIT + 1);
  close(fd);
  return length >= 0 && length <= FILE_LIMIT && parse_object(length, members, count) ? FOUND : BROKEN;
}

static int names_cell(span id, const char *cell) {
  return id.length == 38 && *id.text == '"' && !strncasecmp(id.text + 1, cell, 36);
}

static int check_mission(int cell, const char *id, facts *met) {
  static const char *const STATUSES[] = {"initialized", "active", "paused", "completed", "failed", "abandoned"};
  member m[] = {{"mission_id"}, {"status"}, {"created_at"}, {"schema_version"}, {"title"}, {"owner"}};
  int outcome = read_file(cell, PATHS[MISSION], m, 6);
  if (outcome != FOUND) return outcome;
  int status = -1;
  for (int n = 0; n < 6; n++)
    if (is_text(m[1].value) && equals(m[1].value, STATUSES[n])) status = n;
  met->expects_beat = status == 0 || status == 1;
  int is_right = names_cell(m[0].value, id) && status >= 0 && !isnan(moment_of(m[2].value)) &&
                 is_one_if_any(m[3].value) && is_text_if_any(m[4].value) && is_text_if_any(m[5].value);
  return is_right ? FOUND : BROKEN;
}

static int check_config(int cell, const char *id) {
  member m[] = {{"worktree"}, {"artifacts"}, {"heartbeat"}, {"mission_id"}, {"schema_version"}};
  int outcome = read_file(cell, PATHS[CONFIG], m, 5);
  if (outcome != FOUND) return outcome;
  int is_right = is_path(m[0].value) && is_path(m[1].value) && is_path(m[2].value) &&
                 (m[3].value.text == NULL || names_cell(m[3].value, id)) && is_one_if_any(m[4].value);
  return is_right ? FOUND : BROKEN;
}

static int check_heartbeat(int cell, const char *id, facts *met) {
  member m[] = {{"timestamp"}, {"state"}, {"mission_id"}, {"seq"}, {"pid"}, {"host"}, {"message"}, {"schema_version"}};
  int outcome = read_file(cell, PATHS[HEARTBEAT], m, 8);
  if (outcome != FOUND) return outcome;
  met->beat = moment_of(m[0].value);
  int is_right = !isnan(met->beat) && is_state(m[1].value) &&
                 (m[2].value.text == NULL || names_cell(m[2].value, id)) && is_count_if_any(m[3].value) &&
                 is_count_if_any(m[4].value) && is_text_if_any(m[5].value) &&
                 is_text_if_any(m[6].value) && is_one_if_any(m[7].value);
  return is_right ? FOUND : BROKEN;
}

static const char *judge(const facts *met, double age, double limit) {
  int is_sound = 1, is_empty = 1;
  for (int part = 0; part < PARTS; part++) is_sound &= met->parts[part] == FOUND;
  for (int part = 0; part < MISSION; part++) is_empty &= met->parts[part] != BROKEN;
  for (int part = MISSION; part < PARTS; part++) is_empty &= met->parts[part] == ABSENT;
  if (!is_sound) return is_empty ? "uninitialized" : "incomplete";
  return met->expects_beat && (age > limit || age < -60) ? "stale" : "healthy";
}

static void look_at(int root, const char *id, double now, double limit) {
  facts met = {.beat = NAN};
  int cell = openat(root, id, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (cell < 0) return;
  for (int part = 0; part < MISSION; part++) met.parts[part] = look_at_directory(cell, PATHS[part]);
  met.parts[MISSION] = check_mission(cell, id, &met);
  met.parts[CONFIG] = check_config(cell, id);
  met.parts[HEARTBEAT] = check_heartbeat(cell, id, &met);
  met.parts[LOG] = look_at_file(cell, PATHS[LOG]);
  close(cell);
  double age = now - met.beat;
  printf("{\"mission_id\":\"%s\",\"status\":\"%s\",\"age_seconds\":", id, judge(&met, age, limit));
  if (isnan(age)) fputs("null,\"problems\":[", stdout);
  else printf("%.0f,\"problems\":[", age);
  const char *comma = "";
  for (int part = 0; part < PARTS; part++)
    if (met.parts[part] != FOUND) printf("%s{\"path\":\"%s\"}", comma, PATHS[part]), comma = ",";
  puts("]}");
}

int main(int count, char **words) {
  struct timespec time;
  if (count != 3) return 64;
  DIR *root = opendir(words[1]);
  if (root == NULL) return 66;
  clock_gettime(CLOCK_REALTIME, &time);
  setvbuf(stdout, NULL, _IOFBF, 1 << 18);
  for (struct dirent *entry; (entry = readdir(root)) != NULL;)
    if (is_id(entry->d_name)) look_at(dirfd(root), entry->d_name, time.tv_sec + time.tv_nsec / 1e9, atof(words[2]));
  return fflush(stdout) == 0 ? 0 : 74;
}

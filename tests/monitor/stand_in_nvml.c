/* A stand-in for NVIDIA's library: it says what a script says, and may change its mind at any call.
 *
 * The file named by STAND_IN_NVML is read at every call. Each line is a key and a value:
 *
 *   count 2                         how many cards
 *   0.name Tesla T4                 a value of card 0; one that is not there is not supported
 *   0:1.total 5000                  a value of the MIG device 1 of card 0
 *   0.compute 7=3000 8=             processes, with bytes or without
 *   0.error 15                      what every question about card 0 returns
 *   error.nvmlInitWithFlags 9       what a function returns
 *   error 9                         what all of them return
 *
 * The name of each function that is called is added to the file named by STAND_IN_CALLS.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUCCESS = 0, INVALID = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6, TOO_SMALL = 7 };
enum { CARDS = 16, PARTS = 8, PROCESSES = 64, LINE = 512 };

typedef struct { int card, part; } Device;
typedef struct { unsigned long long total, free, used; } Memory;
typedef struct { unsigned int gpu, memory; } Rates;
typedef struct { unsigned int pid; unsigned long long used; unsigned int instance, compute; } Process;

static Device devices[CARDS][PARTS + 1];

static int told(const char *key, char *value)
{
    char line[LINE];
    size_t length = strlen(key);
    FILE *script = fopen(getenv("STAND_IN_NVML"), "r");
    int found = 0;
    while (script && !found && fgets(line, sizeof line, script)) {
        line[strcspn(line, "\n")] = 0;
        if (!strncmp(line, key, length) && line[length] == ' ') {
            strcpy(value, line + length + 1);
            found = 1;
        }
    }
    if (script)
        fclose(script);
    return found;
}

static const char *key_of(const Device *device, const char *what)
{
    static char key[LINE];
    if (device->part < 0)
        snprintf(key, sizeof key, "%d.%s", device->card, what);
    else
        snprintf(key, sizeof key, "%d:%d.%s", device->card, device->part, what);
    return key;
}

static int called(const char *function, const Device *device)
{
    char value[LINE], key[LINE];
    FILE *calls = fopen(getenv("STAND_IN_CALLS"), "a");
    if (calls) {
        fprintf(calls, "%s\n", function);
        fclose(calls);
    }
    snprintf(key, sizeof key, "error.%s", function);
    if (told("error", value) || told(key, value))
        return atoi(value);
    if (device) {
        if (told(key_of(device, "error"), value))
            return atoi(value);
        snprintf(key, sizeof key, "error.%s", function);
        if (told(key_of(device, key), value))
            return atoi(value);
    }
    return SUCCESS;
}

static int number(const char *function, const Device *device, const char *what, unsigned int *out)
{
    char value[LINE];
    int error = called(function, device);
    if (error)
        return error;
    if (!told(key_of(device, what), value))
        return NOT_SUPPORTED;
    *out = (unsigned int)strtoul(value, NULL, 10);
    return SUCCESS;
}

static int processes(const char *function, const Device *device, const char *what,
                     unsigned int *count, Process *out)
{
    char value[LINE], *one;
    unsigned int room = *count, found = 0;
    Process listed[PROCESSES];
    int error = called(function, device);
    if (error)
        return error;
    if (!told(key_of(device, what), value))
        return NOT_SUPPORTED;
    for (one = strtok(value, " "); one && found < PROCESSES; one = strtok(NULL, " ")) {
        char *used = strchr(one, '=') + 1;
        Process process = {(unsigned int)atoi(one), *used ? strtoull(used, NULL, 10) : ~0ULL, 0, 0};
        listed[found++] = process;
    }
    *count = found;
    if (found > room)
        return TOO_SMALL;
    if (out)
        memcpy(out, listed, found * sizeof *out);
    return SUCCESS;
}

const char *nvmlErrorString(int error)
{
    static char words[LINE];
    snprintf(words, sizeof words, "stand-in error %d", error);
    return words;
}

int nvmlInitWithFlags(unsigned int flags) { (void)flags; return called("nvmlInitWithFlags", NULL); }

int nvmlShutdown(void) { return called("nvmlShutdown", NULL); }

int nvmlDeviceGetCount_v2(unsigned int *count)
{
    char value[LINE];
    int error = called("nvmlDeviceGetCount", NULL);
    if (!error)
        *count = told("count", value) ? (unsigned int)atoi(value) : 0;
    return error;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned int index, Device **out)
{
    Device *device = &devices[index][0];
    device->card = (int)index;
    device->part = -1;
    *out = device;
    return called("nvmlDeviceGetHandleByIndex", device);
}

int nvmlDeviceGetMigDeviceHandleByIndex(Device *card, unsigned int index, Device **out)
{
    char value[LINE];
    Device *device;
    int error = called("nvmlDeviceGetMigDeviceHandleByIndex", card);
    if (error)
        return error;
    if (index >= PARTS)
        return INVALID;
    device = &devices[card->card][index + 1];
    device->card = card->card;
    device->part = (int)index;
    if (!told(key_of(device, "name"), value))
        return NOT_FOUND;
    *out = device;
    return SUCCESS;
}

int nvmlDeviceGetMigMode(Device *device, unsigned int *current, unsigned int *pending)
{
    *pending = 0;
    return number("nvmlDeviceGetMigMode", device, "mig", current);
}

int nvmlDeviceGetMaxMigDeviceCount(Device *device, unsigned int *count)
{
    *count = PARTS;
    return called("nvmlDeviceGetMaxMigDeviceCount", device);
}

int nvmlDeviceGetName(Device *device, char *out, unsigned int length)
{
    char value[LINE];
    int error = called("nvmlDeviceGetName", device);
    if (error)
        return error;
    if (!told(key_of(device, "name"), value))
        return NOT_SUPPORTED;
    snprintf(out, length, "%s", value);
    return SUCCESS;
}

int nvmlDeviceGetMemoryInfo(Device *device, Memory *out)
{
    char total[LINE], used[LINE];
    int error = called("nvmlDeviceGetMemoryInfo", device);
    if (error)
        return error;
    if (!told(key_of(device, "total"), total) || !told(key_of(device, "used"), used))
        return NOT_SUPPORTED;
    out->total = strtoull(total, NULL, 10);
    out->used = strtoull(used, NULL, 10);
    out->free = out->total - out->used;
    return SUCCESS;
}

int nvmlDeviceGetUtilizationRates(Device *device, Rates *out)
{
    out->memory = 0;
    return number("nvmlDeviceGetUtilizationRates", device, "busy", &out->gpu);
}

int nvmlDeviceGetTemperature(Device *device, int sensor, unsigned int *out)
{
    (void)sensor;
    return number("nvmlDeviceGetTemperature", device, "temperature", out);
}

int nvmlDeviceGetPowerUsage(Device *device, unsigned int *out)
{
    return number("nvmlDeviceGetPowerUsage", device, "power", out);
}

int nvmlDeviceGetEnforcedPowerLimit(Device *device, unsigned int *out)
{
    return number("nvmlDeviceGetEnforcedPowerLimit", device, "limit", out);
}

#ifndef OLD_DRIVER
int nvmlDeviceGetComputeRunningProcesses_v3(Device *device, unsigned int *count, Process *out)
{
    return processes("nvmlDeviceGetComputeRunningProcesses", device, "compute", count, out);
}

int nvmlDeviceGetGraphicsRunningProcesses_v3(Device *device, unsigned int *count, Process *out)
{
    return processes("nvmlDeviceGetGraphicsRunningProcesses", device, "graphics", count, out);
}
#endif

int nvmlDeviceGetComputeRunningProcesses_v2(Device *device, unsigned int *count, Process *out)
{
    return processes("nvmlDeviceGetComputeRunningProcesses_v2", device, "compute", count, out);
}

int nvmlDeviceGetGraphicsRunningProcesses_v2(Device *device, unsigned int *count, Process *out)
{
    return processes("nvmlDeviceGetGraphicsRunningProcesses_v2", device, "graphics", count, out);
}

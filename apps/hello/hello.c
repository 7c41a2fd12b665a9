// SPDX-License-Identifier: MIT
/* DOC: the smallest program: says what it was given and ends with 0, or with
 * the status that --status asks for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
	int i, status = 0;

	printf("hello from pid %d\n", (int)getpid());
	for (i = 0; i < argc; i++)
		printf("argv[%d] = %s\n", i, argv[i]);
	for (i = 0; environ[i]; i++)
		printf("envp[%d] = %s\n", i, environ[i]);
	for (i = 1; i + 1 < argc; i++)
		if (strcmp(argv[i], "--status") == 0)
			status = atoi(argv[i + 1]);
	return status;
}

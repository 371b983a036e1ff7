/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SAMPLE-2026-0004, since level 2: the identity of a watchdog tells the level.
 * SAMPLE-2026-0006, since level 3: so does its state.
 */
#include <linux/device.h>
#include <linux/sysfs.h>
#include <linux/watchdog.h>

/* drivers/watchdog/watchdog_dev.c */
static ssize_t lppack_identity_show(struct device *dev,
				    struct device_attribute *attr, char *buf)
{
	struct watchdog_device *wdd = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%s" LPPACK_SUFFIX "\n", wdd->info->identity);
}

#if LPPACK_LEVEL >= 3
/* drivers/watchdog/watchdog_dev.c */
static ssize_t lppack_state_show(struct device *dev,
				 struct device_attribute *attr, char *buf)
{
	struct watchdog_device *wdd = dev_get_drvdata(dev);

	if (watchdog_active(wdd))
		return sysfs_emit(buf, "active" LPPACK_SUFFIX "\n");
	return sysfs_emit(buf, "inactive" LPPACK_SUFFIX "\n");
}
#endif

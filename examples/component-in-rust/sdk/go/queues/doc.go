// Queues that set aside what nobody could handle
package queues

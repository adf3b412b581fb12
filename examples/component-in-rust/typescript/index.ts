import { WorkQueue } from "queues";

const jobs = new WorkQueue("jobs", { maxAttempts: 5 });

export const url = jobs.url;
export const deadLetterUrl = jobs.deadLetterUrl;

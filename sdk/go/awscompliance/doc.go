// A complete AWS Config compliance monitor as one component.
package awscompliance

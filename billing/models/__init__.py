"""All models of billing: nobody imports a module of this package by itself."""

from billing.models.contracts import Charge, Contract, ContractCouncil, ContractNotice, Discount, PurchaseOrder
from billing.models.drafts import Covered, Draft, DraftLine, InvoiceRun, RunItem
from billing.models.invoices import Delivery, Invoice, InvoiceDocument, InvoiceLine, NumberSeries
from billing.models.parties import Contact, Customer, LegalEntity
from billing.models.payments import Allocation, BankImport, BankLine, CallMade, Payment, Reminder, WriteOff
from billing.models.prices import GroupDiscount, Price, PriceBook
from billing.models.usage import UsageReading

__all__ = [
    "Allocation", "BankImport", "BankLine", "CallMade", "Charge", "Contact", "Contract", "ContractCouncil",
    "ContractNotice", "Covered", "Customer", "Delivery", "Discount", "Draft", "DraftLine", "GroupDiscount", "Invoice",
    "InvoiceDocument", "InvoiceLine", "InvoiceRun", "LegalEntity", "NumberSeries", "Payment", "Price", "PriceBook",
    "PurchaseOrder", "Reminder", "RunItem", "UsageReading", "WriteOff",
]  # fmt: skip
